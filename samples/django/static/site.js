// Find a boat while typing. Without scripts the list is simply whole, and the field hidden.
const filter = document.getElementById('filter');
if (filter) {
  const boats = document.querySelectorAll('.boats li[data-text]');
  filter.hidden = boats.length < 4;
  filter.addEventListener('input', () => {
    const words = filter.value.trim().toLowerCase().split(/\s+/);
    for (const boat of boats) boat.hidden = !words.every(word => boat.dataset.text.includes(word));
  });
}

// Show the photo that was chosen before it is sent.
const photo = document.getElementById('id_photo');
const preview = document.getElementById('preview');
if (photo && preview) {
  photo.addEventListener('change', () => {
    const [file] = photo.files;
    preview.hidden = !file;
    if (file) preview.src = URL.createObjectURL(file);
  });
}
