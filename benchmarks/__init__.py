"""What ``make bench`` runs: each learner request against a bare Flask view that does the same SQL by hand."""
