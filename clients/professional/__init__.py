"""A professional's software: a record found by INS-C, without the patient's Vitale card."""
