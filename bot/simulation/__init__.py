"""A year of a neighbourhood, played through the real bot while everything around it fails, and judged by a ledger of its own."""
