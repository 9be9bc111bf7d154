"""What no bytes may do to the readers: targets for a fuzzer, run on random bytes by the ordinary tests too."""
