"""The papers of a case: handed in, asked for again (补正), added unasked (补充材料)."""
