"""The notice: the first thing a client reads about arrears."""
