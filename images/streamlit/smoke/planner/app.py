"""Plans a trip: a form, a list that grows, and what it costs."""

import pandas as pd
import plotly.express as px
import streamlit as st

st.title("Trip planner")
plans = st.session_state.setdefault(
    "plans",
    [
        {"what": "Night train", "kind": "Travel", "cost": 79.0},
        {"what": "Hut, two nights", "kind": "Sleep", "cost": 96.0},
        {"what": "Bread and cheese", "kind": "Food", "cost": 31.5},
    ],
)

with st.form("new", clear_on_submit=True, border=True):
    left, middle, right = st.columns([3, 2, 1])
    what = left.text_input("What", placeholder="Boat to the island")
    kind = middle.selectbox("Kind", ["Travel", "Sleep", "Food", "Fun"])
    cost = right.number_input("Cost", 0.0, 5000.0, 20.0, step=5.0)
    if st.form_submit_button("Add", type="primary"):
        if what.strip():
            plans.append({"what": what.strip(), "kind": kind, "cost": cost})
            st.toast(f"Added {what}")
        else:
            st.warning("Say what it is.")

table = pd.DataFrame(plans)
left, right = st.columns(2)
left.dataframe(table, hide_index=True, column_config={"cost": st.column_config.NumberColumn(format="%.2f")})
left.markdown(f"**Total: {table.cost.sum():.2f}** of 400")
left.progress(min(table.cost.sum() / 400, 1.0))
right.plotly_chart(px.pie(table, names="kind", values="cost", hole=0.55))
