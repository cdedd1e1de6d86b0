"""The step of page-step.ts in PyTorch: one for each line of stdin; prints milliseconds and processor milliseconds."""
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(2)
class Net(nn.Module):
    def __init__(s,c1=24,C=48,R=6):
        super().__init__()
        L=lambda i,o:nn.Sequential(nn.Conv2d(i,o,3,padding=1,bias=False),nn.BatchNorm2d(o))
        s.a=L(4,c1); s.b=L(4*c1,C); s.r=nn.ModuleList([nn.ModuleList([L(C,C),L(C,C)]) for _ in range(R)])
        s.h=L(C,C); s.heat=nn.Conv2d(C,15,1); s.box=nn.Conv2d(C,4,1); s.w=nn.Conv2d(C,2,1)
    def forward(s,x):
        x=F.relu(s.a(F.pixel_unshuffle(x,2))); x=F.relu(s.b(F.pixel_unshuffle(x,2)))
        for p,q in s.r: x=F.relu(x+q(F.relu(p(x))))
        return s.heat(F.relu(s.h(x))),s.box(x),s.w(x)
def make(cl):
    n=Net()
    if cl: n=n.to(memory_format=torch.channels_last)
    o=torch.optim.AdamW(n.parameters(),1e-4,betas=(.9,.99),weight_decay=.02,foreach=True)
    ema=[p.detach().clone() for p in n.parameters()]
    x=torch.rand(16,1,96,160)
    if cl: x=x.contiguous(memory_format=torch.channels_last)
    t=torch.rand(16,15,24,40); bt=torch.rand(16,4,24,40); at=(torch.rand(16,1,24,40)>.99).float(); wt=torch.rand(16,2,24,40)
    def step():
        h,b,w=n(x); p=torch.sigmoid(h); pos=(t>=.999).float()
        l=(-(pos*(1-p)**2*F.logsigmoid(h))-((1-pos)*(1-t)**4*p**2*F.logsigmoid(-h))).sum()/pos.sum().clamp(min=1)
        l=l+.3*(at*(b-bt).abs()).sum()/at.sum()+.2*F.binary_cross_entropy_with_logits(w,wt)
        o.zero_grad(); l.backward(); torch.nn.utils.clip_grad_norm_(n.parameters(),5.); o.step()
        with torch.no_grad(): torch._foreach_lerp_(ema,list(n.parameters()),.001)
        return l.item()
    return step
step = make(sys.argv[1] == 'channels_last')
for _ in sys.stdin:
    began, used = time.perf_counter(), time.process_time()
    step()
    print(1000 * (time.perf_counter() - began), 1000 * (time.process_time() - used), flush=True)
