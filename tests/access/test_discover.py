from tests.access.small_world import PEOPLE
from tests.access.asking import *
def test_it(world):
    import time
    t=time.time()
    a={n:Asker(world,n) for n in PEOPLE}
    for addr in ["/nb/","/nb/rapport/","/nb/personer/",f"/nb/personer/{world.people['learner'].public_id}/","/nb/sertifikater/","/admin/"]:
        for n in PEOPLE: print(addr,n,a[n].get(addr).outcome)
