"""Networks of the zoo: trained, saved, loaded and asked."""
