import streamlit as st

st.title("Totals")
totals = {"a": 1}
st.write(totals["b"])
