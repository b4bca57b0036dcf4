# The image of web, workers and beat. `./linli setup` installs here what it installs anywhere: one recipe.
FROM python:3.11-slim

# A database outside is named, so that ./linli wants no PostgreSQL server in the image.
ARG DATABASE_URL=postgis://outside
ENV PYTHONUNBUFFERED=1 LINLI_ENV=production LINLI_STATE_DIR=/var/lib/linli STATIC_ROOT=/srv/static

RUN useradd --system --home-dir /srv/linli linli \
    && install -d -o linli -g linli /srv/linli /srv/static /srv/media /var/lib/linli
WORKDIR /srv/linli

# The packages in a layer of their own: it lasts until the lock changes.
COPY linli requirements.lock ./
RUN ./linli setup

COPY . .
RUN SECRET_KEY=only-while-building-0123456789-0123456789-0123456789 \
    SANDBOX_WEBHOOK_SECRET=only-while-building SANDBOX_API_KEY=only-while-building \
    ALLOWED_HOSTS=localhost PUBLIC_URL=https://localhost BROKER_URL=redis://outside/0 \
    CACHE_URL=redis://outside/1 \
    .venv/bin/python manage.py collectstatic --no-input

# Numba wants to write where it reads.
RUN .venv/bin/python -m dispatch.solver.prepare \
    && chown -R linli dispatch/solver/search/kernels/__pycache__

USER linli
ENV PATH=/srv/linli/.venv/bin:$PATH
EXPOSE 8000
CMD ["python", "-m", "granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "--no-ws", "config.wsgi:application"]
