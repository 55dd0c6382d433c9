"""Who did what when, unalterable: entries are only ever added, in the transaction of what they tell."""
