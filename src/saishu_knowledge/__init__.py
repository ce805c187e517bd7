"""What support needs and why, as data: scenarios, evidence, warnings, phrases. No logic lives here."""
