"""After a restore: finding and repairing what the databases disagree on."""
