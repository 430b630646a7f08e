"""What a case comes to: the opinions of experts, the decision, publicity."""
