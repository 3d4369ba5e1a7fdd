"""The pages: views, the code beside a stage, content security policy, static files."""
