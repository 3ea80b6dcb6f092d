"""Tests of csms.service."""
