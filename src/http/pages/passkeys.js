// Passkeys: asks our own origin for a challenge, the browser for a passkey, and posts what it says with the form.
'use strict';
(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (sign) => sign.charCodeAt(0));
  const text = (buffer) =>
    buffer && btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const named = (list) => list.map((one) => ({ ...one, id: bytes(one.id) }));

  const ceremonies = {
    async create(asked) {
      const publicKey = {
        ...asked,
        challenge: bytes(asked.challenge),
        user: { ...asked.user, id: bytes(asked.user.id) },
        excludeCredentials: named(asked.excludeCredentials),
      };
      const { response } = await navigator.credentials.create({ publicKey });
      return {
        clientData: text(response.clientDataJSON),
        authenticatorData: text(response.getAuthenticatorData()),
      };
    },
    async get(asked) {
      const publicKey = {
        ...asked,
        challenge: bytes(asked.challenge),
        allowCredentials: named(asked.allowCredentials),
      };
      const { rawId, response } = await navigator.credentials.get({ publicKey });
      return {
        id: text(rawId),
        clientData: text(response.clientDataJSON),
        authenticatorData: text(response.authenticatorData),
        signature: text(response.signature),
        userHandle: text(response.userHandle),
      };
    },
  };

  for (const box of document.querySelectorAll('[data-passkey]')) {
    const form = box.querySelector('form');
    const button = form.querySelector('button');
    const fault = form.querySelector('[role=alert]');
    const field = form.querySelector('[data-answer]');
    const secret = form.querySelector('[name=csrf]');
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      button.disabled = true;
      fault.hidden = true;
      try {
        const body = new URLSearchParams({ csrf: secret ? secret.value : '', for: box.dataset.passkey });
        const reply = await fetch(box.dataset.ask, { method: 'POST', body, redirect: 'error' });
        if (!reply.ok) throw new Error('not asked');
        field.value = JSON.stringify(await ceremonies[box.dataset.passkey](await reply.json()));
        HTMLFormElement.prototype.submit.call(form);
      } catch {
        fault.hidden = false;
        button.disabled = false;
        button.focus();
      }
    });
    box.hidden = false;
  }
})();
