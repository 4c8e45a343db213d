"""The built-in methods, one file each; they are found by their entry points, like methods of other packages."""
