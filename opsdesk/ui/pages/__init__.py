"""The pages people work in all day, made by hand."""
