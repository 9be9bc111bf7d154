"""What a ledger shows of agreements nobody wrote down: series of invoice lines, and the contracts drafted from them."""
