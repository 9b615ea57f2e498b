import shutil
import tempfile

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase, override_settings

from boats.models import Boat

GIF = b'GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;'


class Site(TestCase):
    def setUp(self):
        self.media = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.media)

    def test_list_shows_the_boats_of_the_database(self):
        self.assertContains(self.client.get('/'), 'Grete Marie')

    def test_an_entry_is_written_into_the_log(self):
        boat = Boat.objects.get(name='Annika')
        answer = self.client.post(boat.get_absolute_url(), {'author': 'Ole', 'text': 'Two planks fitted.'}, follow=True)
        self.assertContains(answer, 'Two planks fitted.')

    def bring_in(self, photo):
        with override_settings(MEDIA_ROOT=self.media):
            return self.client.post('/boats/new/', {
                'name': 'Lille', 'kind': 'rowing', 'built': '2001', 'length': '3.5', 'story': 'Found adrift.', 'photo': photo})

    def test_a_boat_comes_in_with_a_photo(self):
        answer = self.bring_in(SimpleUploadedFile('lille.gif', GIF))
        boat = Boat.objects.get(name='Lille')
        self.assertRedirects(answer, boat.get_absolute_url())
        self.assertContains(self.client.get('/'), boat.photo.url)

    def test_a_file_that_only_claims_to_be_a_photo_is_refused(self):
        answer = self.bring_in(SimpleUploadedFile('lille.gif', b'<script>alert(1)</script>'))
        self.assertContains(answer, 'That is not a photo.')
        self.assertFalse(Boat.objects.filter(name='Lille').exists())
