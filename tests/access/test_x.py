from tests.access.asking import *
from tests.access.small_world import PEOPLE, SURNAMES


def test_it(world):
    import time
    a={n:Asker(world,n) for n in PEOPLE}
    d=f"/dokumenter/{world.document.pk}/{world.document.filename}"
    print(d,[(n,a[n].get(d).outcome) for n in PEOPLE])
    t=time.time()
    w=world
    from django.contrib.auth.models import Group
    from wagtail.models import Task, Workflow
    base=dict(page_id=w.module.pk,parent_page_id=w.course.pk,page_to_move_id=w.module.pk,destination_id=w.course.pk,page_pk=w.module.pk,image_id=w.picture.pk,document_id=w.document.pk,doc_id=w.document.pk,revision_id=w.module.latest_revision_id,app_label="courses",model_name="modulepage",content_type_app_name="courses",content_type_model_name="modulepage",app_name="courses",action="delete",action_name="approve",task_id=Task.objects.first().pk,task_state_id=1,workflow_state_id=1,workflow_pk=Workflow.objects.first().pk,session_id=1,object_id=w.module.pk,uidb64="a",token="b",filter_spec="width-100",uploaded_file_id=1,collection_id=w.collection.pk,restriction_id=1)
    pks={"snippets/facts/contactpoint":w.contact,"snippets/choose/facts/contactpoint":w.contact,"legalreference":w.law,"facts/source":w.source,"assessments/item":w.item,"assessments/quiz":w.base.quiz,"topic":w.topic,"learningpath":w.base.path,"admin/users":w.people["learner"],"admin/groups":Group.objects.get(name="Fagansvarlige"),"sites":w.site,"workflows":Workflow.objects.first(),"collections":w.collection,"documents":w.document,"images":w.picture,"api/main/^pages":w.module}
    for r in every_route():
        if not r.startswith("admin/"): continue
        pk=next((v.pk for k,v in pks.items() if k in r),1)
        if "(?P" in r: ad=f"/admin/pages/{w.module.pk}/revisions/compare/earliest...latest/"
        elif ".*" in r: ad="/admin/nope/"
        else: ad=fill(r,{**base,"pk":pk}).replace("^","")
        o={}
        for n in ("trainer","operator","manager","nobody"):
            g=a[n].get(ad); o[n]=g
        leak=[s for k,s in SURNAMES.items() if k not in("trainer",) and s.lower() in o["trainer"].text.lower()]
        print(r,"|",o["trainer"].outcome, o["trainer"].location if o["trainer"].outcome=="is sent elsewhere" else '', "|",o["operator"].outcome,"|",o["manager"].outcome,o["nobody"].outcome,leak or '')
    print(time.time()-t)
