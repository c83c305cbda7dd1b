"""Review cycles, performance records, exports."""
