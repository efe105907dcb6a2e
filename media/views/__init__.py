"""What learners and their browsers ask of pictures, films and activities."""
