"""What the pages of the three sites share: design system, fonts, headers, words for dates."""
