import streamlit as st

st.title("python-streamlit")
st.write("Moved to", st.slider("A number", 0, 10, 4))
