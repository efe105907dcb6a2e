import re
from tests.access.small_world import PEOPLE, SURNAMES
from tests.access.asking import *
def test_it(world):
    a={n:Asker(world,n) for n in PEOPLE}
    w=world
    d=f"/dokumenter/{world.document.pk}/{world.document.filename}"
    print(d,[(n,a[n].get(d).outcome) for n in PEOPLE])
    print("authpw",{a[n].get("/dokumenter/authenticate_with_password/1/").outcome for n in PEOPLE})
    print("nope",a["nobody"].get("/admin/nope/").location, a["manager"].get("/admin/nope/").location)
    print("OPHIST", [s for s in SURNAMES.values() if s in a["operator"].get("/admin/reports/site-history/").text])
    for what in (f"quiz/usage/{w.base.quiz.pk}", f"item/usage/{w.item.pk}"):
        t=a["trainer"].get(f"/admin/snippets/assessments/{what}/").text
        i=t.find("<main"); print(re.sub(r"\s+"," ",re.sub(r"<[^>]+>"," ",t[i:]))[:700])
    L=w.people["learner"].pk
    for ad in (f"/admin/bulk/accounts/user/delete/?id={L}",f"/admin/bulk/accounts/user/assign_role/?id={L}",f"/admin/bulk/accounts/user/set_active_state/?id=all",f"/admin/settings/accounts/user/{L}/",f"/admin/translation/submit/snippet/accounts/user/{L}/","/admin/pages/usage/accounts/user/",f"/admin/tag-autocomplete/accounts/user/?term=Lar"):
        g=a["trainer"].get(ad); print(ad,g.outcome,g.location,"Larerud" in g.text)
    g=a["trainer"].post(f"/admin/editing-sessions/ping/accounts/user/{L}/1/",{}); print(g.outcome,g.location,g.text[:200],g.writes)
    from django.contrib.auth.models import Permission
    w.people["trainer"].user_permissions.set(Permission.objects.filter(content_type__app_label__in=["accounts","auth"]))
    for ad in (f"/admin/bulk/accounts/user/delete/?id={L}",f"/admin/bulk/accounts/user/assign_role/?id={L}",f"/admin/bulk/accounts/user/set_active_state/?id=all","/admin/users/","/admin/groups/",f"/admin/users/history/{L}/","/admin/reports/site-history/","/admin/reports/site-history/results/","/admin/"):
        g=a["trainer"].get(ad); print("PERMS",ad,g.outcome,g.location,"Larerud" in g.text)
    m=w.people["manager"]; m.set_password("lang-og-trygg-1"); m.save()
    c=Client(); r=c.post("/admin/login/",{"username":m.email,"password":"lang-og-trygg-1","next":"/nb/personer/"}); print("LOGIN",r.status_code,r.get("Location"),"_auth_user_id" in c.session, c.get("/nb/personer/").status_code)
