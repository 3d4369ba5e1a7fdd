"""The report: the findings and the plots on one page, as HTML and as Markdown."""
