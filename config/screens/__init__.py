"""Pictures of the pages for docs/screens: a company to look at, a camera, and an album."""
