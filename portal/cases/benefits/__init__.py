"""What a passed disease gives (待遇), from when and until when."""
