"""What pages and questions show beside their text: pictures, documents, video and interactive content."""

from media.models.files import DocumentFile, Picture, Rendition, private_storage

__all__ = ["DocumentFile", "Picture", "Rendition", "private_storage"]
