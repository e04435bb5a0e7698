// Small comforts of the help center: the key for the labels that work as buttons.
for (const label of document.querySelectorAll("label[role=button][for]")) {
  label.addEventListener("keydown", (event) => {
    // Material sees to Enter.
    if (event.key !== " ") return;
    event.preventDefault();
    label.click();
  });
}
