"""The papers of a case: submitted, corrected (补正), added without being asked (补充材料)."""
