"""Named statistical methods: values in, values out."""
