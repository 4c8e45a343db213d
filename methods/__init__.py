"""The built-in methods, one file each; they are found by their entry points, as anyone else's are."""
