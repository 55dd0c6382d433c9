"""What keeps an installation going: the steward's pass, deleting what has expired, the checks of the doctor."""
