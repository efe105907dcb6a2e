"""Addresses of activities and films. Without a language: what they serve has one of its own, or none."""

from django.urls import path

from media.views import activities, player, videos

urlpatterns = [
    # The address is the permission (media.playing). `s` is for a content and its player, `b` for libraries.
    path("h5p/s/<str:key>/spiller/<slug:language>/", player.player, name="h5p_player"),
    path("h5p/s/<str:key>/content/<int:version_id>/<path:path>", player.content_file, name="h5p_content_file"),
    path("h5p/b/<str:key>/<str:name>", player.bundle, name="h5p_bundle"),
    path("h5p/b/<str:key>/<str:folder>/<path:path>", player.library_file, name="h5p_library_file"),
    # The learner's own.
    path("h5p/<uuid:content_id>/hendelser/", activities.statements, name="h5p_statements"),
    path("h5p/<uuid:content_id>/plass/", activities.state, name="h5p_state"),
    path("h5p/<uuid:content_id>/lest/", activities.as_text, name="h5p_as_text"),
    # Films.
    path("film/<uuid:video_id>/", videos.film, name="film"),
    path("film/<uuid:video_id>/spor/<int:track_id>.vtt", videos.track, name="film_track"),
    path("film/<uuid:video_id>/sett/", videos.watched, name="film_watched"),
    path("film/<uuid:video_id>/lest/", videos.transcript_read, name="film_transcript_read"),
]
