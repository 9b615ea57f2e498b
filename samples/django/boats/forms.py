from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import FileExtensionValidator

from .models import Boat, LogEntry

MEGABYTE = 1024 * 1024
# How files of these kinds begin: a photo's name is only what its sender says.
SIGNATURES = [b'\xff\xd8\xff', b'\x89PNG\r\n\x1a\n', b'GIF87a', b'GIF89a', b'RIFF']


class BoatForm(forms.ModelForm):
    photo = forms.FileField(
        required=False, validators=[FileExtensionValidator(['jpg', 'jpeg', 'png', 'gif', 'webp'])],
        widget=forms.FileInput(attrs={'accept': 'image/jpeg,image/png,image/gif,image/webp'}),
        help_text='JPEG, PNG, GIF or WebP, up to 5 MB.')

    class Meta:
        model = Boat
        fields = ['name', 'kind', 'built', 'length', 'story', 'photo']
        widgets = {'story': forms.Textarea(attrs={'rows': 5})}

    def clean_photo(self):
        photo = self.cleaned_data.get('photo')
        if not photo:
            return photo
        if photo.size > 5 * MEGABYTE:
            raise ValidationError('The photo is bigger than 5 MB.')
        start = photo.read(8)
        photo.seek(0)
        if not any(start.startswith(signature) for signature in SIGNATURES):
            raise ValidationError('That is not a photo.')
        return photo


class LogEntryForm(forms.ModelForm):
    class Meta:
        model = LogEntry
        fields = ['author', 'text']
        widgets = {'text': forms.Textarea(attrs={'rows': 3})}
