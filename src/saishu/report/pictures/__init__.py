"""Pictures of what was read, as inline SVG without any style of its own: the page's style sheet colours it."""
