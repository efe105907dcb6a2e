from django.urls import path

from facts.views import glossary

urlpatterns = [path("ord/", glossary, name="glossary")]
