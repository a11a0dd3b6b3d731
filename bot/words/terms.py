"""The house's words for states, holders, roles and deeds."""

BOT = "楼小助"

STATES = {
    "unsure": "待确认",
    "open": "待办",
    "in_progress": "在办",
    "handed_over": "已转交",
    "waiting": "挂起",
    "resolved": "已办结",
    "unsolvable": "不属本小区能解决",
    "merged": "已并入",
    "withdrawn": "已撤回",
}
HOLDERS = {
    "captain": "楼组长",
    "property": "物业",
    "owners": "业委会",
    "clerk": "居委会",
    "street": "街道",
}
ROLES = {
    "volunteer": "志愿者",
    "captain": "楼组长",
    "deputy": "副楼组长",
    "grid_leader": "片长",
    "clerk": "居委会",
    "property": "物业",
    "owners": "业委会",
    "street": "街道",
    "room": "群",
}
ROUTES = {"quick": "快办", "listed": "问题清单"}
RATINGS = {"good": "满意", "fair": "一般", "bad": "不满意"}
CHANNELS = {"group": "群里", "private": "私聊", "door": "上门", "phone": "电话", "12345": "12345"}

COMMAND_OF = {
    "yes": "是",
    "no": "否",
    "take": "受理",
    "done": "办结",
    "hand": "转交",
    "accept": "收",
    "return": "退",
    "hold": "挂起",
    "unsolvable": "不属",
    "merge": "并入",
    "unmerge": "拆开",
    "withdraw": "撤回",
    "reopen": "重开",
    "notfixed": "没修好",
    "edit": "改",
    "route": "列入",
    "note": "记",
    "urge": "催",
    "reply": "回复",
    "rate": "满意",
}
"""The command that does a deed."""

VERBS = {
    "yes": "确认",
    "no": "否掉",
    "take": "受理",
    "done": "办结",
    "hand": "转交",
    "accept": "收下",
    "return": "退回",
    "hold": "挂起",
    "unsolvable": "标为不属",
    "merge": "并入",
    "unmerge": "拆开",
    "withdraw": "撤回",
    "reopen": "重开",
    "notfixed": "说没修好",
    "edit": "改类别",
    "route": "改办法",
    "note": "记一笔",
    "urge": "催办",
    "reply": "写回复",
    "rate": "评价",
    "open": "开始",
    "undo": "撤销",
    "split": "拆出",
    "more": "补充",
    "danger": "升为紧急",
}
