"""Tests of csms.service.handlers."""
