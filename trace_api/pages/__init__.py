"""Pages: templates, style, words in Chinese and English, and how a request's language and form are chosen."""
