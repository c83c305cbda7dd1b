"""Certifications, certificates, licences and the duty gate."""
