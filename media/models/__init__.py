"""What pages and questions show beside their text: pictures, documents, video and interactive content."""

from media.models.activities import H5PContent, H5PFile, H5PLibrary, H5PResult, H5PState, H5PStatement, H5PVersion
from media.models.files import DocumentFile, Picture, Rendition, private_storage
from media.models.videos import Video, VideoProgress, VideoTrack

__all__ = [
    "DocumentFile",
    "H5PContent",
    "H5PFile",
    "H5PLibrary",
    "H5PResult",
    "H5PState",
    "H5PStatement",
    "H5PVersion",
    "Picture",
    "Rendition",
    "Video",
    "VideoProgress",
    "VideoTrack",
    "private_storage",
]
