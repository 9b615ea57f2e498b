/* A web server in one file: answers every request with a greeting, on the port in $PORT. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
    const char *port = getenv("PORT");
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port ? atoi(port) : 8080), .sin_addr.s_addr = INADDR_ANY};
    int door = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(door, (struct sockaddr *)&at, sizeof at) || listen(door, 64)) return perror("listen"), 1;
    for (;;) {
        int guest = accept(door, NULL, NULL);
        if (guest < 0) continue;
        char request[8192];
        if (read(guest, request, sizeof request) > 0)
            dprintf(guest, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s from a Dockerfile.\n",
                    strlen(GREETING) + 20, GREETING);
        close(guest);
    }
}
