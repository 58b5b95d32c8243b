"""Seeded instances that benchmarks are timed on."""
