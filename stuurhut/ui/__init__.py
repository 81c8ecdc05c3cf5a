"""What every page shares: base page, components, design tokens."""
