"""What all pages share: the frame around them, components, forms, language, errors, headers, the server."""
