"""A year of a small energy cooperative."""

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

st.set_page_config(page_title="Energy cooperative", layout="wide")


@st.cache_data
def year() -> pd.DataFrame:
    chance = np.random.default_rng(7)
    days = pd.date_range("2025-01-01", "2025-12-31")
    sun = np.sin((np.arange(len(days)) - 80) / 365 * 2 * np.pi)
    return pd.DataFrame(
        {
            "day": days,
            "Solar": (32 + 24 * sun + chance.normal(0, 5, len(days))).clip(1),
            "Wind": (26 - 8 * sun + chance.gamma(2, 5, len(days))).clip(1),
            "Use": 48 - 10 * sun + chance.normal(0, 3, len(days)),
        }
    )


data = year()
st.title("Energy cooperative")
with st.sidebar:
    st.header("Show")
    months = st.slider("Months", 1, 12, (3, 9))
    sources = st.multiselect("Sources", ["Solar", "Wind"], ["Solar", "Wind"])
shown = data[data.day.dt.month.between(*months)]
made = shown[sources].sum(axis=1).sum()
used = shown.Use.sum()

for column, (name, value, delta) in zip(
    st.columns(3),
    [
        ("Made", f"{made / 1000:.1f} MWh", f"{len(sources)} sources"),
        ("Used", f"{used / 1000:.1f} MWh", f"{shown.Use.mean():.0f} kWh a day"),
        ("Own share", f"{min(made / used, 1):.0%}", f"{(made - used) / 1000:+.1f} MWh"),
    ],
    strict=True,
):
    column.metric(name, value, delta, border=True)

weeks = shown.set_index("day").resample("W").mean().reset_index()
long = weeks.melt("day", sources, "source", "kWh")
area = alt.Chart(long).mark_area(opacity=0.75).encode(x="day:T", y=alt.Y("kWh:Q", stack=True), color="source:N")
line = alt.Chart(weeks).mark_line(color="#27303a", strokeDash=[5, 3]).encode(x="day:T", y="Use:Q")
st.subheader("Kilowatt hours a day")
st.altair_chart(area + line)
st.dataframe(weeks.set_index("day").round(1))
