"""Files a citizen sent as material: checked, made safe, kept sealed, shown as pictures."""
