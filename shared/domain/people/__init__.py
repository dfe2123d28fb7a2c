"""What people say as events: who, why and until when, and how it is taken back."""
