"""A diagram in the formats it can be written in: DOT, Mermaid, a listing, SVG, PNG."""
