"""The service of the captures; here its exceptions alone."""
