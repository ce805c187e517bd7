"""Bundles made the way people make them: by Explorer, by Finder, by 7-Zip, by Info-ZIP, by tar, by hand, by enemies."""
